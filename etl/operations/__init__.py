"""What changes a workspace: loading, linking, taking back, removing, trying again, making anew."""

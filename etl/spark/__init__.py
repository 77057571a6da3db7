"""The same load on Apache Spark, for sources that one machine is too small for."""

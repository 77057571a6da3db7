import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.rdf4j.repository.sail.SailRepository;
import org.eclipse.rdf4j.rio.RDFFormat;
import org.eclipse.rdf4j.sail.memory.MemoryStore;
import org.eclipse.rdf4j.sail.shacl.ShaclValidator;

/** Prints the number of results of validating a file by shapes, both in N-Triples. */
public class Rdf4jShacl {
    public static void main(String[] files) throws Exception {
        var report = ShaclValidator.validate(read(files[0]), read(files[1]));
        if (report.isTruncated()) {
            throw new IllegalStateException("truncated");
        }
        System.out.println(report.getValidationResult().size());
    }

    private static MemoryStore read(String file) throws Exception {
        var store = new MemoryStore();
        try (var connection = new SailRepository(store).getConnection();
                var input = Files.newInputStream(Path.of(file))) {
            connection.begin(org.eclipse.rdf4j.common.transaction.IsolationLevels.NONE);
            connection.add(input, RDFFormat.NTRIPLES);
            connection.commit();
        }
        return store;
    }
}

import com.sun.source.util.JavacTask;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Parses Java files without their libraries; fails with the first errors of syntax. */
class Parse {
    public static void main(String[] names) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<Path> paths = Arrays.stream(names).map(Path::of).toList();
        try (var files = compiler.getStandardFileManager(found, null, null)) {
            var units = files.getJavaFileObjectsFromPaths(paths);
            ((JavacTask) compiler.getTask(null, files, found, null, null, units)).parse();
        }
        for (Diagnostic<?> each : found.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) {
                System.err.println(each);
                System.exit(1);
            }
        }
        System.out.println(paths.size() + " files");
    }
}

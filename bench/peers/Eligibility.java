import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kie.dmn.api.core.DMNModel;
import org.kie.dmn.api.core.DMNRuntime;
import org.kie.dmn.core.internal.utils.DMNRuntimeBuilder;
import org.kie.internal.io.ResourceFactory;

/**
 * Decides eligibility by Drools DMN. Arguments: the model, and how often to decide on everything before it is timed.
 * Reads the facts of a case from each line of standard input, as JSON. Prints the verdict of each, a line each, and last
 * the decisions a second of the deciding thread's processor time: what its compiler and collector use is not counted.
 */
public final class Eligibility {
    public static void main(String[] arguments) throws Exception {
        DMNRuntime runtime = DMNRuntimeBuilder.fromDefaults().buildConfiguration()
            .fromResources(List.of(ResourceFactory.newFileResource(new File(arguments[0]))))
            .getOrElseThrow(RuntimeException::new);
        DMNModel model = runtime.getModels().get(0);
        if (model.hasErrors()) {
            throw new IllegalStateException(model.getMessages().toString());
        }
        List<Map<String, Object>> cases = cases();
        for (int pass = 0; pass < Integer.parseInt(arguments[1]); pass++) {
            verdicts(runtime, model, cases);
        }
        var threads = ManagementFactory.getThreadMXBean();
        long began = threads.getCurrentThreadCpuTime();
        List<Object> verdicts = verdicts(runtime, model, cases);
        double seconds = (threads.getCurrentThreadCpuTime() - began) / 1e9;
        verdicts.forEach(System.out::println);
        System.out.println(cases.size() / seconds);
    }

    private static List<Object> verdicts(DMNRuntime runtime, DMNModel model, List<Map<String, Object>> cases) {
        List<Object> verdicts = new ArrayList<>(cases.size());
        for (Map<String, Object> facts : cases) {
            var context = runtime.newContext();
            facts.forEach(context::set);
            verdicts.add(runtime.evaluateAll(model, context).getDecisionResultByName("verdict").getResult());
        }
        return verdicts;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> cases() throws Exception {
        var json = new ObjectMapper();
        var lines = new BufferedReader(new InputStreamReader(System.in));
        List<Map<String, Object>> cases = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            cases.add(json.readValue(line, Map.class));
        }
        return cases;
    }
}

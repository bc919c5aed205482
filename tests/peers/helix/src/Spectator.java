import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.helix.HelixManagerFactory;
import org.apache.helix.InstanceType;
import org.apache.helix.spectator.RoutingTableProvider;

/**
 * A caller as Helix's users write one: for every call it takes any partition, and of those that have it online any, by the routing
 * table of the external view. It prints who answered, a line each; `none` where there was nobody to choose, `failed` where the call
 * failed. Arguments: the registry, the cluster, ms between calls.
 */
public class Spectator {
    public static void main(String[] arguments) throws Exception {
        var manager = HelixManagerFactory.getZKHelixManager(arguments[1], "spectator", InstanceType.SPECTATOR, arguments[0]);
        manager.connect();
        var table = new RoutingTableProvider(manager);
        var random = ThreadLocalRandom.current();
        while (true) {
            String partition = Participant.RESOURCE + "_" + random.nextInt(Participant.PARTITIONS);
            var online = table.getInstancesForResource(Participant.RESOURCE, partition, "ONLINE");
            if (online.isEmpty()) {
                System.out.println("none");
            } else {
                var chosen = online.get(random.nextInt(online.size()));
                System.out.println(call("http://" + chosen.getHostName() + ":" + chosen.getPort() + "/"));
            }
            Thread.sleep(Long.parseLong(arguments[2]));
        }
    }

    static String call(String url) {
        try {
            var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(2000);
            try (var answer = connection.getInputStream()) {
                return new String(answer.readAllBytes());
            }
        } catch (Exception failure) {
            return "failed";
        }
    }
}

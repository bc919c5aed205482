import java.net.HttpURLConnection;
import java.net.URI;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.strategies.RoundRobinStrategy;

/**
 * A consumer as Curator's users write one: it chooses by ServiceProvider for every call and prints who answered, a line each;
 * `none` where there was nobody to choose, `failed` where the call failed. Arguments: the registry, the service, ms between calls.
 */
public class Consumer {
    public static void main(String[] arguments) throws Exception {
        var client = CuratorFrameworkFactory.newClient(arguments[0], 10_000, 3000, new RetryForever(200));
        client.start();
        var discovery = ServiceDiscoveryBuilder.builder(Void.class).client(client).basePath("/discovery").build();
        discovery.start();
        var provider = discovery.serviceProviderBuilder()
                .serviceName(arguments[1]).providerStrategy(new RoundRobinStrategy<>()).build();
        provider.start();
        while (true) {
            var chosen = provider.getInstance();
            System.out.println(chosen == null ? "none" : call("http://" + chosen.getAddress() + ":" + chosen.getPort() + "/"));
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

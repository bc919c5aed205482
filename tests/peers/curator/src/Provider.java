import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;

/**
 * A provider as Curator's users write one: it answers every call with its own address, and registers by ServiceDiscovery with
 * the serializer that comes with it. Arguments: the registry, its session in ms, the service, host, port.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[3];
        int port = Integer.parseInt(arguments[4]);
        byte[] who = (host + ":" + port).getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 50);
        server.createContext("/", call -> {
            call.sendResponseHeaders(200, who.length);
            call.getResponseBody().write(who);
            call.close();
        });
        server.start();

        var client = CuratorFrameworkFactory.newClient(
                arguments[0], Integer.parseInt(arguments[1]), 3000, new RetryForever(200));
        client.start();
        client.getConnectionStateListenable().addListener((unused, state) -> System.out.println(state));
        var instance = ServiceInstance.<Void>builder().name(arguments[2]).address(host).port(port).build();
        var discovery = ServiceDiscoveryBuilder.builder(Void.class)
                .client(client).basePath("/discovery").thisInstance(instance).build();
        discovery.start();
        System.out.println("registered");
        Thread.currentThread().join();
    }
}

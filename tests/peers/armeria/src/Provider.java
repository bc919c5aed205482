import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.zookeeper.ZooKeeperRegistrationSpec;
import com.linecorp.armeria.server.zookeeper.ZooKeeperUpdatingListener;
import java.net.InetSocketAddress;

/**
 * A server as Armeria's users write one: it answers every call with its own address, and registers in one of the three formats:
 * `legacy` (text), `curator`, `serversets`. Arguments: the registry, its session in ms, the format, the path, host, port.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[4];
        int port = Integer.parseInt(arguments[5]);
        var listener = ZooKeeperUpdatingListener.builder(arguments[0], arguments[3], spec(arguments[2], host, port))
                .sessionTimeoutMillis(Long.parseLong(arguments[1])).build();
        var server = Server.builder()
                .port(new InetSocketAddress(host, port), SessionProtocol.HTTP)
                .service("/", (context, call) -> HttpResponse.of(host + ":" + port))
                .serverListener(listener)
                .build();
        server.start().join();
        System.out.println("registered");
        server.blockUntilShutdown();
    }

    static ZooKeeperRegistrationSpec spec(String format, String host, int port) {
        var here = Endpoint.of(host, port);
        switch (format) {
            case "curator":
                return ZooKeeperRegistrationSpec.builderForCurator(Consumer.SERVICE).serviceAddress(host).port(port).build();
            case "serversets":
                return ZooKeeperRegistrationSpec.builderForServerSets().serviceEndpoint(here).build();
            default:
                return ZooKeeperRegistrationSpec.legacy(here);
        }
    }
}

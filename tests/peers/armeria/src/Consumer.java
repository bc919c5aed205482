import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.endpoint.EmptyEndpointGroupException;
import com.linecorp.armeria.client.zookeeper.ZooKeeperDiscoverySpec;
import com.linecorp.armeria.client.zookeeper.ZooKeeperEndpointGroup;
import com.linecorp.armeria.common.SessionProtocol;

/**
 * A client as Armeria's users write one: it chooses by weight, as Armeria does by default, and prints who answered, a line each;
 * `none` where there was nobody to choose, `failed` where the call failed. Arguments: the registry, the format, the path, ms between calls.
 */
public class Consumer {
    static final String SERVICE = "orders-service";

    public static void main(String[] arguments) throws Exception {
        var group = ZooKeeperEndpointGroup.builder(arguments[0], arguments[2], spec(arguments[1])).build();
        var client = WebClient.builder(SessionProtocol.H1C, group).responseTimeoutMillis(2000).build();
        while (true) {
            System.out.println(call(client));
            Thread.sleep(Long.parseLong(arguments[3]));
        }
    }

    static ZooKeeperDiscoverySpec spec(String format) {
        switch (format) {
            case "curator":
                return ZooKeeperDiscoverySpec.curator(SERVICE);
            case "serversets":
                return ZooKeeperDiscoverySpec.serverSets();
            default:
                return ZooKeeperDiscoverySpec.legacy();
        }
    }

    static String call(WebClient client) {
        try {
            return client.get("/").aggregate().join().contentUtf8();
        } catch (Exception failure) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return cause instanceof EmptyEndpointGroupException ? "none" : "failed";
        }
    }
}

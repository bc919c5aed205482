import com.twitter.finagle.Http;
import com.twitter.finagle.Service;
import com.twitter.finagle.http.Request;
import com.twitter.finagle.http.Response;
import com.twitter.finagle.zookeeper.ZkAnnouncer;
import com.twitter.finagle.zookeeper.ZkClientFactory;
import com.twitter.util.Await;
import com.twitter.util.Duration;
import com.twitter.util.Future;
import java.net.InetSocketAddress;

/**
 * A provider as Finagle's users write one: it answers every call with its own address, and announces itself into a ServerSet.
 * Arguments: the registry, its session in ms, the ServerSet's path, host, port, shard.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[3];
        var address = new InetSocketAddress(host, Integer.parseInt(arguments[4]));
        String who = host + ":" + address.getPort();
        var answer = new Service<Request, Response>() {
            @Override
            public Future<Response> apply(Request call) {
                var response = Response.apply();
                response.setContentString(who);
                return Future.value(response);
            }
        };
        var server = Http.serve(address, answer);
        var session = Duration.fromMilliseconds(Long.parseLong(arguments[1]));
        var announcer = new ZkAnnouncer(new ZkClientFactory(session));
        Await.result(announcer.announce(address, arguments[0] + "!" + arguments[2] + "!" + arguments[5]));
        System.out.println("registered");
        Await.ready(server);
    }
}

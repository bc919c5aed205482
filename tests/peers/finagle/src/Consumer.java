import com.twitter.finagle.Http;
import com.twitter.finagle.NoBrokersAvailableException;
import com.twitter.finagle.Service;
import com.twitter.finagle.http.Request;
import com.twitter.finagle.http.Response;
import com.twitter.util.Await;
import com.twitter.util.Duration;

/**
 * A consumer as Finagle's users write one: it resolves the ServerSet by `zk2`, vectors and all, with the windows that come with it,
 * and prints who answered, a line each; `none` where there was nobody to choose, `failed` where the call failed. Arguments: the
 * registry, the ServerSet's path, ms between calls.
 */
public class Consumer {
    public static void main(String[] arguments) throws Exception {
        Service<Request, Response> client = Http.newService("zk2!" + arguments[0] + "!" + arguments[1]);
        while (true) {
            System.out.println(call(client));
            Thread.sleep(Long.parseLong(arguments[2]));
        }
    }

    static String call(Service<Request, Response> client) {
        try {
            return Await.result(client.apply(Request.apply("/")), Duration.fromSeconds(2)).contentString();
        } catch (NoBrokersAvailableException nobody) {
            return "none";
        } catch (Exception failure) {
            System.err.println(failure);
            return "failed";
        }
    }
}

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import org.apache.helix.HelixManagerFactory;
import org.apache.helix.InstanceType;
import org.apache.helix.NotificationContext;
import org.apache.helix.model.Message;
import org.apache.helix.model.OnlineOfflineSMD;
import org.apache.helix.participant.statemachine.StateModel;
import org.apache.helix.participant.statemachine.StateModelFactory;
import org.apache.helix.participant.statemachine.StateModelInfo;
import org.apache.helix.participant.statemachine.Transition;

/**
 * A participant as Helix's users write one: it joins the cluster by itself, takes the replicas that it is given, and answers every
 * call with its own address. Arguments: the registry, the cluster, host, port.
 */
public class Participant {
    static final String RESOURCE = "orders";
    static final int PARTITIONS = 12;

    public static void main(String[] arguments) throws Exception {
        String host = arguments[2];
        int port = Integer.parseInt(arguments[3]);
        byte[] who = (host + ":" + port).getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 50);
        server.createContext("/", call -> {
            call.sendResponseHeaders(200, who.length);
            call.getResponseBody().write(who);
            call.close();
        });
        server.start();

        var manager = HelixManagerFactory.getZKHelixManager(
                arguments[1], host + "_" + port, InstanceType.PARTICIPANT, arguments[0]);
        manager.getStateMachineEngine().registerStateModelFactory(OnlineOfflineSMD.name, new StateModelFactory<Replica>() {
            @Override
            public Replica createNewStateModel(String resource, String partition) {
                return new Replica();
            }
        });
        manager.connect();
        System.out.println("registered");
        Thread.currentThread().join();
    }

    /** One that has nothing to load or to save. */
    @StateModelInfo(initialState = "OFFLINE", states = {"ONLINE", "OFFLINE", "DROPPED"})
    public static class Replica extends StateModel {
        @Transition(from = "OFFLINE", to = "ONLINE")
        public void online(Message message, NotificationContext context) {
        }

        @Transition(from = "ONLINE", to = "OFFLINE")
        public void offline(Message message, NotificationContext context) {
        }

        @Transition(from = "OFFLINE", to = "DROPPED")
        public void dropped(Message message, NotificationContext context) {
        }
    }
}

import java.util.Map;
import org.apache.helix.HelixManagerFactory;
import org.apache.helix.InstanceType;
import org.apache.helix.controller.rebalancer.strategy.CrushEdRebalanceStrategy;
import org.apache.helix.manager.zk.ZKHelixAdmin;
import org.apache.helix.model.IdealState.RebalanceMode;
import org.apache.helix.model.HelixConfigScope.ConfigScopeProperty;
import org.apache.helix.model.OnlineOfflineSMD;
import org.apache.helix.model.builder.HelixConfigScopeBuilder;

/**
 * Makes a cluster that participants join by themselves, with a resource of 12 partitions, two replicas of each, and controls it.
 * Arguments: the registry, the cluster.
 */
public class Controller {
    public static void main(String[] arguments) throws Exception {
        String cluster = arguments[1];
        var admin = new ZKHelixAdmin.Builder().setZkAddress(arguments[0]).build();
        admin.addCluster(cluster);
        admin.setConfig(new HelixConfigScopeBuilder(ConfigScopeProperty.CLUSTER).forCluster(cluster).build(),
                Map.of("allowParticipantAutoJoin", "true"));
        admin.addStateModelDef(cluster, OnlineOfflineSMD.name, new OnlineOfflineSMD());
        admin.addResource(cluster, Participant.RESOURCE, Participant.PARTITIONS, OnlineOfflineSMD.name,
                RebalanceMode.FULL_AUTO.name(), CrushEdRebalanceStrategy.class.getName());
        admin.rebalance(cluster, Participant.RESOURCE, 2);
        var manager = HelixManagerFactory.getZKHelixManager(cluster, "controller", InstanceType.CONTROLLER, arguments[0]);
        manager.connect();
        System.out.println("ready");
        Thread.currentThread().join();
    }
}

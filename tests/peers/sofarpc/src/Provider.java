import com.alipay.sofa.rpc.config.ApplicationConfig;
import com.alipay.sofa.rpc.config.ProviderConfig;
import com.alipay.sofa.rpc.config.RegistryConfig;
import com.alipay.sofa.rpc.config.ServerConfig;

/**
 * A provider as SOFARPC's users write one: it answers every call with its own address. Arguments: the registry, the application, host,
 * port, weight.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String who = arguments[2] + ":" + arguments[3];
        var server = new ServerConfig().setProtocol("bolt").setHost(arguments[2]).setPort(Integer.parseInt(arguments[3]));
        new ProviderConfig<Orders>()
                .setApplication(new ApplicationConfig().setAppName(arguments[1]))
                .setInterfaceId(Orders.class.getName())
                .setRegistry(new RegistryConfig().setProtocol("zookeeper").setAddress(arguments[0]))
                .setRef(() -> who)
                .setServer(server)
                .setWeight(Integer.parseInt(arguments[4]))
                .export();
        System.out.println("registered");
        Thread.currentThread().join();
    }
}

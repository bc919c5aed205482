import com.alipay.sofa.rpc.config.ApplicationConfig;
import com.alipay.sofa.rpc.config.ConsumerConfig;
import com.alipay.sofa.rpc.config.RegistryConfig;

/**
 * A consumer as SOFARPC's users write one: it prints who answered, a line each; `failed` where the call failed. Arguments: the
 * registry, the application, ms between calls.
 */
public class Consumer {
    public static void main(String[] arguments) throws Exception {
        var orders = new ConsumerConfig<Orders>()
                .setApplication(new ApplicationConfig().setAppName(arguments[1]))
                .setInterfaceId(Orders.class.getName())
                .setRegistry(new RegistryConfig().setProtocol("zookeeper").setAddress(arguments[0]))
                .setProtocol("bolt")
                .setTimeout(2000)
                .refer();
        while (true) {
            String who = "failed";
            try {
                who = orders.who();
            } catch (RuntimeException failure) {
                System.err.println(failure);
            }
            System.out.println(who);
            Thread.sleep(Long.parseLong(arguments[2]));
        }
    }
}

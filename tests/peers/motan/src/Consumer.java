import com.weibo.api.motan.config.RefererConfig;

/**
 * A consumer as Motan's users write one: it prints who answered, a line each; `failed` where the call failed. Arguments: the registry,
 * the application, ms between calls.
 */
public class Consumer {
    public static void main(String[] arguments) throws Exception {
        var referer = new RefererConfig<Orders>();
        referer.setInterface(Orders.class);
        referer.setApplication(arguments[1]);
        referer.setModule(arguments[1]);
        referer.setGroup(Shared.GROUP);
        referer.setRegistry(Shared.registry(arguments[0]));
        referer.setProtocol(Shared.protocol());
        referer.setRequestTimeout(2000);
        Orders orders = referer.getRef();
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

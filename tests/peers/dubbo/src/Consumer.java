import java.util.function.Supplier;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcException;

/**
 * A consumer as Dubbo's users write one: it calls both interfaces in turn and prints who answered, a line each; `none` where there
 * was nobody to choose, `failed` where the call failed. Arguments: the registry, ms between calls.
 */
public class Consumer {
    public static void main(String[] arguments) throws Exception {
        var orders = reference(Orders.class);
        var invoices = reference(Invoices.class);
        DubboBootstrap.getInstance()
                .application(Shared.application("consumer"))
                .registry(Shared.registry(arguments[0], "10000"))
                .reference(orders)
                .reference(invoices)
                .start();
        Orders one = orders.get();
        Invoices other = invoices.get();
        while (true) {
            System.out.println(call(one::who));
            Thread.sleep(Long.parseLong(arguments[1]));
            System.out.println(call(other::who));
            Thread.sleep(Long.parseLong(arguments[1]));
        }
    }

    /** A call that fails is not tried on another one. */
    static <T> ReferenceConfig<T> reference(Class<T> type) {
        var reference = new ReferenceConfig<T>();
        reference.setId(type.getName());
        reference.setInterface(type);
        reference.setCheck(false);
        reference.setRetries(0);
        reference.setTimeout(2000);
        return reference;
    }

    static String call(Supplier<String> service) {
        try {
            return service.get();
        } catch (RpcException failure) {
            boolean nobody = failure.isForbidden() || failure.isNoInvokerAvailableAfterFilter();
            if (!nobody) {
                System.err.println(failure);
            }
            return nobody ? "none" : "failed";
        }
    }
}

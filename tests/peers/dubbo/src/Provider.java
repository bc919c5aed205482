import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/**
 * A provider as Dubbo's users write one, of two interfaces: it answers every call with its own address, and registers as its
 * release does by default. Arguments: the registry, its session in ms, the application, host, port.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String host = arguments[3];
        int port = Integer.parseInt(arguments[4]);
        String who = host + ":" + port;
        var protocol = new ProtocolConfig("dubbo", port);
        protocol.setHost(host);
        DubboBootstrap.getInstance()
                .application(Shared.application(arguments[2]))
                .registry(Shared.registry(arguments[0], arguments[1]))
                .protocol(protocol)
                .service(service(Orders.class, () -> who))
                .service(service(Invoices.class, () -> who))
                .start();
        System.out.println("registered");
        Thread.currentThread().join();
    }

    /** Without warm-up, in which weights count for little. */
    static <T> ServiceConfig<T> service(Class<T> type, T answer) {
        var service = new ServiceConfig<T>();
        service.setId(type.getName());
        service.setInterface(type);
        service.setRef(answer);
        service.setWarmup(1);
        return service;
    }
}

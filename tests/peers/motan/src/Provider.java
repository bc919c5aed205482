import com.weibo.api.motan.common.MotanConstants;
import com.weibo.api.motan.config.ServiceConfig;
import com.weibo.api.motan.util.MotanSwitcherUtil;

/**
 * A provider as Motan's users write one: it answers every call with its own address. It registers, and serves
 * once its heartbeat switcher is on. Arguments: the registry, the application, host, port.
 */
public class Provider {
    public static void main(String[] arguments) throws Exception {
        String who = arguments[2] + ":" + arguments[3];
        var service = new ServiceConfig<Orders>();
        service.setInterface(Orders.class);
        service.setRef(() -> who);
        service.setApplication(arguments[1]);
        service.setModule(arguments[1]);
        service.setGroup(Shared.GROUP);
        service.setHost(arguments[2]);
        service.setRegistry(Shared.registry(arguments[0]));
        service.setProtocol(Shared.protocol());
        service.setExport("motan:" + arguments[3]);
        service.export();
        System.out.println("registered");
        MotanSwitcherUtil.setSwitcherValue(MotanConstants.REGISTRY_HEARTBEAT_SWITCHER, true);
        Thread.currentThread().join();
    }
}

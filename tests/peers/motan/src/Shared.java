import com.weibo.api.motan.config.ProtocolConfig;
import com.weibo.api.motan.config.RegistryConfig;

/** What the provider and the consumer configure alike. */
class Shared {
    static final String GROUP = "shop";

    static RegistryConfig registry(String address) {
        var registry = new RegistryConfig();
        registry.setRegProtocol("zookeeper");
        registry.setAddress(address);
        registry.setConnectTimeout(20_000);
        return registry;
    }

    static ProtocolConfig protocol() {
        var protocol = new ProtocolConfig();
        protocol.setId("motan");
        protocol.setName("motan");
        return protocol;
    }
}

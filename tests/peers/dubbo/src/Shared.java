import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.RegistryConfig;

import java.util.Map;

/** What the provider and the consumer configure alike, in the words that 2.7 and 3 both know. */
class Shared {
    static ApplicationConfig application(String name) {
        var application = new ApplicationConfig(name);
        application.setQosEnable(false);
        return application;
    }

    static RegistryConfig registry(String address, String session) {
        var registry = new RegistryConfig("zookeeper://" + address);
        registry.setParameters(Map.of("zk.session.expire", session, "session", session));
        registry.setUseAsConfigCenter(true);
        registry.setUseAsMetadataCenter(true);
        return registry;
    }
}

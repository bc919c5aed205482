import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A provider as Spring Cloud's users write one: it answers every call with its own address, registers by itself, and shows its
 * actuator, `serviceregistry` included. Everything else comes by its arguments, as Spring's own properties.
 */
@Configuration
@EnableAutoConfiguration
@RestController
public class Provider {
    @Value("${server.address}:${server.port}")
    String who;

    @GetMapping("/")
    String who() {
        return who;
    }

    @EventListener
    void ready(ApplicationReadyEvent unused) {
        System.out.println("registered");
    }

    public static void main(String[] arguments) {
        var application = new SpringApplication(Provider.class);
        application.setDefaultProperties(Map.of(
                "spring.main.banner-mode", "off",
                "logging.level.root", "warn",
                "logging.threshold.console", "off",
                "server.tomcat.threads.max", "10",
                "management.endpoints.web.exposure.include", "health,serviceregistry",
                "management.endpoint.serviceregistry.access", "unrestricted"));
        application.run(arguments);
    }
}

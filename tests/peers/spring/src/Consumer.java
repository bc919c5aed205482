import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestTemplate;

/**
 * A consumer as Spring Cloud's users write one: it calls the service by its name through the load balancer that comes with it, and
 * prints who answered, a line each; `none` where there was nobody to choose, `failed` where the call failed. The balancer's cache
 * lives 1 s instead of 35 s. Arguments: Spring's own properties, `service`, and `pause`, ms between calls.
 */
@Configuration
@EnableAutoConfiguration
public class Consumer {
    @Bean
    @LoadBalanced
    RestTemplate http() {
        return new RestTemplate();
    }

    public static void main(String[] arguments) throws Exception {
        var application = new SpringApplication(Consumer.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(Map.of(
                "spring.main.banner-mode", "off",
                "logging.level.root", "warn",
                "logging.threshold.console", "off",
                "spring.application.name", "consumer",
                "spring.cloud.zookeeper.discovery.register", "false",
                "spring.cloud.loadbalancer.cache.ttl", "1s"));
        var context = application.run(arguments);
        var http = context.getBean(RestTemplate.class);
        String url = "http://" + context.getEnvironment().getRequiredProperty("service") + "/";
        long pause = context.getEnvironment().getRequiredProperty("pause", Long.class);
        while (true) {
            System.out.println(call(http, url));
            Thread.sleep(pause);
        }
    }

    static String call(RestTemplate http, String url) {
        try {
            return http.getForObject(url, String.class);
        } catch (IllegalStateException nobody) {
            return nobody.getMessage().startsWith("No instances available") ? "none" : "failed";
        } catch (RuntimeException failure) {
            return "failed";
        }
    }
}

//! Services are asked for with or without the `-service` at the end of their names.

use super::tests::line;
use super::*;

#[test]
fn the_ending_of_a_services_name_may_be_left_out_on_either_side() {
    let finds = |asked: Asked, query: &str, service: &str| {
        let line = LogLine { service: Some(service.into()), ..line() };
        Query::parse_for(asked, query).unwrap().holds(&line)
    };
    for (query, service, wanted) in [
        ("service:orders", "orders-service", true),
        ("service:orders-service", "orders", true),
        ("service:orders-service", "Orders", true),
        ("service:ord*-service", "orders", true),
        ("!service:orders-service", "orders", false),
        // In quotes it is that very name.
        ("service:\"orders-service\"", "orders", false),
        ("service:\"orders-service\"", "orders-service", true),
        ("service:\"orders\"", "orders-service", false),
        // What is left out is a whole ending, of something.
        ("service:*-service", "orders", false),
        ("service:-service", "orders", false),
        ("service:orders-service-2", "orders", false),
        ("service:orders", "orders-services", false),
    ] {
        assert_eq!(finds(Asked::Lines, query, service), wanted, "{query} of {service}");
    }
    // Of traces a part of a name is enough.
    assert!(finds(Asked::Traces, "service:orders-service", "orders"));
    assert!(!finds(Asked::Traces, "service:service", "orders") && !finds(Asked::Traces, "service:-service", "orders"));
    assert!(!finds(Asked::Traces, "service:\"orders-service\"", "orders"));
}

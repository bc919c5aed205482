/** Another one of the same application: a drain has to be one of both. */
public interface Invoices {
    String who();
}

/** A service that tells who answers. */
public interface Orders {
    String who();
}

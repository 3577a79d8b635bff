namespace Stiefel.Server.Http;

/// <summary>Which door a request came through. The Host header is the peer's to choose; the listener is not.</summary>
public enum Plane
{
    /// <summary>For desktops, on the link.</summary>
    Boot,

    /// <summary>For the laptop's owner, who has the token.</summary>
    Admin,
}

/// <summary>On a connection: the plane of the listener that accepted it. On an endpoint: the plane it belongs to.</summary>
public sealed record PlaneTag(Plane Plane);

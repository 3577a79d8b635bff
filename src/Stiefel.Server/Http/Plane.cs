namespace Stiefel.Server.Http;

/// <summary>The plane that a request belongs to, decided by its listener: unlike the Host header, a peer cannot forge that.</summary>
public enum Plane
{
    /// <summary>For desktops, on the link.</summary>
    Boot,

    /// <summary>For the laptop's owner, with a token.</summary>
    Admin,
}

/// <summary>On a connection: the plane of the listener that accepted it. On an endpoint: the plane it belongs to.</summary>
public sealed record PlaneTag(Plane Plane);

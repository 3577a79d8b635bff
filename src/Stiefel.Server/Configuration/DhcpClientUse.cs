namespace Stiefel.Server.Configuration;

/// <summary>Whether this machine borrows IPv4 addresses from DHCP servers on its cables.</summary>
public enum DhcpClientUse
{
    /// <summary>No server is asked.</summary>
    Off,

    /// <summary>Address and prefix are taken.</summary>
    On,

    /// <summary>The router is taken as well.</summary>
    Router,
}

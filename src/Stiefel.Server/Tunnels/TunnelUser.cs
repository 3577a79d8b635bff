namespace Stiefel.Server.Tunnels;

/// <summary>The part of a granted session that the tunnels need.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Desktop">The desktop's own address.</param>
/// <param name="Tunnel">Keys and port; null if the link's protection is none.</param>
public sealed record TunnelUser(string Session, string Desktop, TunnelRecord? Tunnel);

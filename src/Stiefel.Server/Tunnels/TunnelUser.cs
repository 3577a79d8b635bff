namespace Stiefel.Server.Tunnels;

/// <summary>A granted session, as far as its tunnel is concerned.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Desktop">Its own address.</param>
/// <param name="Tunnel">Keys and port; null if the link's protection is none.</param>
public sealed record TunnelUser(string Session, string Desktop, TunnelRecord? Tunnel);

using System.Net;
using Stiefel.Server.Desktops;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>A confirmed session's request for the disk.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="ExportName">The session's capability.</param>
/// <param name="Peer">The desktop's address.</param>
/// <param name="TakeOver">True to take the disk from another desktop.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="KeyId">The id of that key.</param>
/// <param name="Tunnel">The tunnel's keys, without a port; null if the desktop sent none.</param>
/// <param name="GoodbyeKey">The key that proves a goodbye of this session; 64 hexadecimal digits.</param>
/// <param name="Identity">The desktop's machine; null if it did not say.</param>
/// <param name="ReadOnly">True for a disk that refuses writes.</param>
/// <param name="Guest">True for a snapshot of the disk.</param>
public sealed record GrantRequest(string Session, string ExportName, IPAddress Peer, bool TakeOver, string Key = "", string KeyId = "", TunnelRecord? Tunnel = null,
    string GoodbyeKey = "", DesktopIdentity? Identity = null, bool ReadOnly = false, bool Guest = false)
{
    /// <summary>The machine that asks; <see cref="DesktopIdentity.Unknown"/> if it did not say.</summary>
    public DesktopIdentity Asker => Identity ?? DesktopIdentity.Unknown;
}

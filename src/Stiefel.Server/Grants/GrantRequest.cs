using System.Net;
using Stiefel.Server.Desktops;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>A confirmed session asks for the disk.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="ExportName">Its capability.</param>
/// <param name="Peer">The desktop.</param>
/// <param name="TakeOver">End another desktop's use.</param>
/// <param name="Key">What its key is called.</param>
/// <param name="KeyId">Which key it is.</param>
/// <param name="Tunnel">The tunnel's keys, without a port; null if the desktop sent none.</param>
/// <param name="GoodbyeKey">Proves that a goodbye is of this session; 64 hexadecimal digits.</param>
/// <param name="Identity">Which machine it is; null if it did not say.</param>
public sealed record GrantRequest(string Session, string ExportName, IPAddress Peer, bool TakeOver, string Key = "", string KeyId = "", TunnelRecord? Tunnel = null,
    string GoodbyeKey = "", DesktopIdentity? Identity = null)
{
    /// <summary>Which machine asks.</summary>
    public DesktopIdentity Asker => Identity ?? DesktopIdentity.Unknown;
}

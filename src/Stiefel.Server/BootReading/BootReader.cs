using System.Net;
using Stiefel.Server.Desktops;

namespace Stiefel.Server.BootReading;

/// <summary>A desktop in a confirmed session that asks for boot files.</summary>
/// <param name="Peer">The desktop's address.</param>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Identity">The desktop's machine; null if it did not say.</param>
public sealed record BootReader(IPAddress Peer, string Session, DesktopIdentity? Identity = null);

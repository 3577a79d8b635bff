using Stiefel.Protocol.Control;

namespace Stiefel.Cli.Status;

/// <summary>A server's state at one moment, as shown by the watch.</summary>
/// <param name="Status">The status.</param>
/// <param name="Load">The load; null if the server does not tell it.</param>
/// <param name="Power">Mains and batteries; null if the server does not tell them.</param>
/// <param name="Network">The network interfaces; null if the server does not tell them.</param>
internal sealed record WatchedServer(StatusDocument Status, LoadStatus? Load, PowerStatus? Power, NetworkStatus? Network);

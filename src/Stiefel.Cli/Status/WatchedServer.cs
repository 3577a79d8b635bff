using Stiefel.Protocol.Control;

namespace Stiefel.Cli.Status;

/// <summary>All that the watch shows of a server at one moment.</summary>
/// <param name="Status">The status.</param>
/// <param name="Load">The load; null from a server that does not tell it.</param>
/// <param name="Power">Mains and batteries; likewise.</param>
/// <param name="Network">The interfaces; likewise.</param>
internal sealed record WatchedServer(StatusDocument Status, LoadStatus? Load, PowerStatus? Power, NetworkStatus? Network);

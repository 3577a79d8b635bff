using Stiefel.Protocol.Control;

namespace Stiefel.Server.Screen;

/// <summary>Everything that the laptop's screen shows at one moment.</summary>
/// <param name="Status">The status report.</param>
/// <param name="Load">The load of the last minute and hour.</param>
/// <param name="Network">The interfaces.</param>
/// <param name="Power">Mains and batteries, in one line.</param>
/// <param name="IsPowerLow">True if the battery is low or nearly empty.</param>
/// <param name="News">A text that is shown in place of a warning; null for none.</param>
internal sealed record ScreenView(StatusDocument Status, LoadStatus Load, NetworkStatus Network, string Power, bool IsPowerLow, string? News = null);

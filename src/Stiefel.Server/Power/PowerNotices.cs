using Stiefel.Linux.Power;
using Stiefel.Protocol.Notices;
using Stiefel.Server.Notices;

namespace Stiefel.Server.Power;

/// <summary>Tells desktops each change of the laptop's power state, because no one may be looking at the laptop's screen.</summary>
public sealed class PowerNotices(PowerFeed feed, DesktopNotices notices) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken token)
    {
        feed.Changed += Tell;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken token)
    {
        feed.Changed -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(PowerMoment moment) =>
        notices.TellStanding(moment.Reading.State > PowerState.OnAc ? NoticeKind.Warning : NoticeKind.Information, moment.Text);
}

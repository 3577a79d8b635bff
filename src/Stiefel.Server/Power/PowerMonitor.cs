using Stiefel.Linux.Errors;
using Stiefel.Linux.Power;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;

namespace Stiefel.Server.Power;

/// <summary>
/// Looks at mains and batteries: soon after the kernel announces a change, and from time to time, since some machines announce nothing. Whatever it
/// meets, it says so and looks again.
/// </summary>
public sealed class PowerMonitor(PowerOptions options, PowerFeed feed, EventJournal journal, TimeProvider time, ILogger<PowerMonitor> logger) : BackgroundService
{
    // A plug makes several announcements, and some machines make two a second for ever: all of one second are one look.
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(1);

    // A battery is asked over a slow bus; some controllers hang for good.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Nearly empty is worth a line again and again.
    private static readonly TimeSpan s_reminder = TimeSpan.FromMinutes(1);

    private readonly PowerJudge _judge = new(options.LowPercent, options.CriticalPercent);
    private readonly SemaphoreSlim _announced = new(0, 1);
    private readonly long _start = time.GetTimestamp();
    private Task<IReadOnlyList<PowerSupply>?> _look = Task.FromResult<IReadOnlyList<PowerSupply>?>(null);
    private TimeSpan _told;
    private bool _hasLooked;
    private string? _failure;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _announced.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var announcements = Listen();
        while (true)
        {
            await TryLookAsync(token);
            if (await _announced.WaitAsync(options.Interval, token))
            {
                await Task.Delay(s_gathering, token);
                _announced.Wait(0, CancellationToken.None);
            }
        }
    }

    private async Task TryLookAsync(CancellationToken token)
    {
        try
        {
            await LookAsync(token);
            _failure = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (_failure != e.Message)
            {
                logger.LookFailed(e);
            }

            _failure = e.Message;
        }
    }

    private async Task LookAsync(CancellationToken token)
    {
        if (_look.IsCompleted)
        {
            _look = Task.Run(() => PowerSupplies.Read(options.Supplies), CancellationToken.None);
        }

        try
        {
            Tell(_judge.Judge(await _look.WaitAsync(s_patience, time, token), Now));
        }
        catch (TimeoutException)
        {
            // The same look is waited for the next time: no thread is given to a driver that hangs but one.
            Tell(new PowerReading(PowerState.Unknown, null, null, "the battery's driver does not answer", []));
        }
    }

    private void Tell(PowerReading reading)
    {
        var isOther = feed.Publish(reading);
        var isFirst = !_hasLooked;
        _hasLooked = true;
        if (isOther && !isFirst)
        {
            // What was so already when the server started did not happen.
            journal.Add(EventTopics.Power, feed.Latest.Word, feed.Latest.Text);
        }

        var isDire = reading.State == PowerState.Critical && Now - _told >= s_reminder;
        if (!isOther && !isDire)
        {
            return;
        }

        _told = Now;
        if (reading.State > PowerState.OnBattery)
        {
            logger.PowerIsInDanger(feed.Latest.Text);
        }
        else
        {
            logger.PowerIs(feed.Latest.Text);
        }
    }

    private PowerAnnouncements? Listen()
    {
        try
        {
            return PowerAnnouncements.Listen(Announced);
        }
        catch (LinuxException e)
        {
            logger.AnnouncementsNotHeard(e);
            return null;
        }
    }

    private void Announced()
    {
        try
        {
            if (_announced.CurrentCount == 0)
            {
                _announced.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // The server ends.
        }
    }
}

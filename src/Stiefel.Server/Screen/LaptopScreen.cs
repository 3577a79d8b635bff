using System.Text;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Power;
using Stiefel.Server.Configuration;
using Stiefel.Server.Metrics;
using Stiefel.Server.Network;
using Stiefel.Server.Power;
using Stiefel.Server.Status;

namespace Stiefel.Server.Screen;

/// <summary>
/// Shows on the laptop's own screen what it is doing, above its log, and reads its keyboard. The upper rows do not scroll with the log (DECSTBM).
/// Each update is one write, which saves and restores the log's cursor, so that neither disturbs the other. The kernel switches the screen
/// off after a minute without a key (man 4 console_codes, ESC [ 9 ; n ]); a key switches it on again, output does not.
/// </summary>
public sealed class LaptopScreen(
    ServerOptions options, StatusReport status, LoadHistory load, NetworkReport network, PowerFeed power, ScreenWishes wishes, TimeProvider time, ILogger<LaptopScreen> logger) : BackgroundService
{
    private static readonly string s_region = $"\u001b[{ScreenText.Rows + 1}r";
    private static readonly string s_begin = $"\u001b[9;1]{s_region}\u001b[999;1H";
    private const string End = "\u001b[r\u001b[999;1H";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly ScreenDialogue _dialogue = new();
    private volatile string _outcome = "";

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken token) => Task.Factory.StartNew(() => Run(token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken token)
    {
        try
        {
            using var terminal = KeyTerminal.Open(options.Screen!);
            terminal.Write(Encoding.ASCII.GetBytes(s_begin));
            while (!token.IsCancellationRequested)
            {
                terminal.Write(Encoding.ASCII.GetBytes(Picture()));
                foreach (var key in terminal.ReadKeys(s_interval))
                {
                    Take(_dialogue.Press(key, status.Now().Disk.HeldBy is not null, time.GetUtcNow()));
                }
            }

            terminal.Write(Encoding.ASCII.GetBytes(End));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The screen still shows the log.
            logger.ScreenFailed(e);
        }
    }

    private void Take((ScreenWish Wish, bool Force) confirmed)
    {
        if (confirmed.Wish != ScreenWish.None)
        {
            // Do not wait here: it may take minutes, because the disk's cache is written first.
            _ = Task.Run(async () => _outcome = await wishes.FulfilAsync(confirmed.Wish, confirmed.Force));
        }
    }

    private string Picture()
    {
        var now = time.GetUtcNow();
        if (Interlocked.Exchange(ref _outcome, "") is { Length: > 0 } outcome)
        {
            _dialogue.Say(outcome, now);
        }

        var document = status.Now();
        var moment = power.Latest;
        var view = new ScreenView(document, load.Now, network.Now(), moment.Text, moment.Reading.State >= PowerState.Low);
        // Set the scrolling region each time, because a graphics driver that takes the screen over forgets it.
        var picture = new StringBuilder("\u001b7").Append(s_region);
        foreach (var (row, index) in ScreenText.Of(view, _dialogue.Row(now), now).Select((row, index) => (row, index)))
        {
            picture.Append($"\u001b[{index + 1};1H\u001b[{(index == 0 ? 1 : 0)}m{row}\u001b[K");
        }

        return picture.Append("\u001b[0m\u001b8").ToString();
    }
}

using Stiefel.CommandLine;
using Stiefel.Protocol.Handover;

namespace Stiefel.Client.Rescue;

/// <summary>Detaches the laptop's disk, which this system no longer uses, and tells the laptop.</summary>
/// <param name="system">The running system.</param>
/// <param name="say">Shows the person one line.</param>
internal sealed class DetachSequence(IDetachingSystem system, Action<string> say)
{
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    /// <param name="device">The kernel's name of the device.</param>
    /// <param name="force">Do not wait for a laptop that is away.</param>
    /// <param name="token">Cancels the wait for the laptop; the device is gone by then.</param>
    /// <exception cref="RefusedException">Something uses the disk; nothing was changed.</exception>
    /// <exception cref="FailedException">The disk is detached, but the laptop does not know that it was left in order.</exception>
    public async Task RunAsync(string device, bool force, CancellationToken token)
    {
        if (!force)
        {
            // Wait for the laptop first: looking at the disk and writing it back would wait in the kernel, where nothing can end it.
            await WaitForLaptopAsync(token);
            RefuseIfUsed(device);
        }

        using (Claim(device, flush: !force))
        {
            var why = force ? Leave(device) : await SayGoodbyeAsync(device, token);
            system.Forget(device);
            if (why is not null)
            {
                throw new FailedException($"/dev/{device} is detached, but the laptop does not know it: {why}. It keeps its disk for this computer; `stiefel kick` there, or T at another desktop, frees it");
            }
        }

        say($"/dev/{device} is detached, and the laptop has its disk back");
    }

    private async Task WaitForLaptopAsync(CancellationToken token)
    {
        for (var said = ""; system.Ask(AgentQuestion.State) is { State: AgentState.Waiting } word; await Task.Delay(s_glance, token))
        {
            said = SayWhenNew(word.Detail, said);
        }
    }

    private void RefuseIfUsed(string device)
    {
        var users = system.UsersOf(device);
        if (users.Count > 0)
        {
            throw new RefusedException($"/dev/{device} is still in use and was not detached: {string.Join("; ", users)}");
        }
    }

    private IDisposable Claim(string device, bool flush)
    {
        if (system.TryClaim(device, flush) is { } claim)
        {
            return claim;
        }

        RefuseIfUsed(device);
        throw new RefusedException(
            $"/dev/{device} is in use by something that cannot be seen from here, for example a container that has mounted it: end it, then try again");
    }

    private string SayWhenNew(string reason, string said)
    {
        if (reason.Length > 0 && reason != said)
        {
            say($"  waiting for the laptop: {reason}; --force does not wait");
        }

        return reason.Length > 0 ? reason : said;
    }

    private string? Leave(string device)
    {
        if (system.Ask(AgentQuestion.Leave) is { } word)
        {
            return word.Detail;
        }

        system.Disconnect(device);
        return "its agent was gone";
    }

    private async Task<string?> SayGoodbyeAsync(string device, CancellationToken token)
    {
        for (var said = ""; ; await Task.Delay(s_glance, token))
        {
            switch (system.Ask(AgentQuestion.Goodbye))
            {
                case null:
                    system.Disconnect(device);
                    return "its agent was gone";
                case { State: AgentState.Told }:
                    return null;
                case { State: AgentState.Lost } lost:
                    return lost.Detail;
                case { Detail: var reason }:
                    said = SayWhenNew(reason, said);
                    break;
            }
        }
    }
}

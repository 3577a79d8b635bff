using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Power;
using Stiefel.Server.Return;
using Stiefel.Server.Revocation;

namespace Stiefel.Server.Screen;

/// <summary>Does what somebody at the laptop's keyboard confirmed twice.</summary>
public sealed class ScreenWishes(WayHome home, PowerAlarm alarm, IDiskGate? gate = null, SessionEnding? sessions = null)
{
    private const string Because = "somebody at its keyboard asked for it";

    /// <summary>Does it.</summary>
    /// <param name="wish">What was confirmed.</param>
    /// <param name="force">Also while a desktop has the disk.</param>
    /// <returns>What came of it, for people.</returns>
    internal async Task<string> FulfilAsync(ScreenWish wish, bool force)
    {
        try
        {
            switch (wish)
            {
                case ScreenWish.EndSession:
                    return gate?.Granted?.Session is { } session && sessions is not null && await sessions.OfIdAsync(session) ? "The session is ended." : "No desktop has the disk.";
                case ScreenWish.Return:
                    return Words(await home.LeaveAsync(home.Home, Because, force, CancellationToken.None));
                case ScreenWish.PowerOff:
                    return Words(await home.LeaveAsync(WayOut.PowerOff, Because, force, CancellationToken.None));
                case ScreenWish.Silence:
                    alarm.Silence(!alarm.Status.IsSilenced);
                    return alarm.Status.IsSilenced ? "It is silent until its power becomes worse." : "It beeps when its power is in danger.";
                default:
                    return "";
            }
        }
        catch (Exception e)
        {
            return $"That did not work: {e.Message}";
        }
    }

    private static string Words(LeaveOutcome outcome) => outcome.Refusal is { Length: > 0 } refusal ? refusal : "The laptop leaves.";
}

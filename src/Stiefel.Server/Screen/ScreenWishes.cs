using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Power;
using Stiefel.Server.Return;
using Stiefel.Server.Revocation;

namespace Stiefel.Server.Screen;

/// <summary>Carries out the actions that a person at the laptop's keyboard confirmed.</summary>
public sealed class ScreenWishes(WayHome home, PowerAlarm alarm, IDiskGate? gate = null, SessionEnding? sessions = null)
{
    private const string Because = "somebody at its keyboard asked for it";

    /// <summary>Carries out an action.</summary>
    /// <param name="wish">The action.</param>
    /// <param name="force">True to leave even while a desktop has the disk.</param>
    /// <returns>The outcome, for people.</returns>
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
                    return alarm.Status.IsSilenced ? "The beeps are silenced until the power becomes worse." : "The laptop beeps when its power is at risk.";
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

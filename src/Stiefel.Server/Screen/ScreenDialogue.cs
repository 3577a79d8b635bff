namespace Stiefel.Server.Screen;

/// <summary>Handles the keys of the laptop's screen: asks twice before each action, and takes a question back that nobody answers.</summary>
internal sealed class ScreenDialogue
{
    /// <summary>The text of the row while no question is asked.</summary>
    public const string Keys = "[e] end session  [r] return home  [p] power off  [s] silence beeps";

    /// <summary>True while a question waits for its answer.</summary>
    public bool IsAsking => _asked != ScreenWish.None;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private ScreenWish _asked;
    private bool _isSecond;
    private bool _isInUse;
    private string _said = "";
    private DateTimeOffset _until;

    /// <summary>The text of the row to show now.</summary>
    public string Row(DateTimeOffset now)
    {
        Forget(now);
        return _asked == ScreenWish.None ? (_said.Length > 0 ? _said : Keys) : $"{Question}  [y] yes  [any other key] no";
    }

    /// <summary>Handles a pressed key.</summary>
    /// <param name="key">The key's byte.</param>
    /// <param name="isInUse">True if a desktop has the disk now.</param>
    /// <param name="now">The time.</param>
    /// <returns>The action that this key confirmed, and whether the person was told that a desktop loses what it has not written.</returns>
    public (ScreenWish Wish, bool Force) Press(byte key, bool isInUse, DateTimeOffset now)
    {
        Forget(now);
        _until = now + s_patience;
        _said = "";
        if (_asked == ScreenWish.None)
        {
            _asked = (char)key switch
            {
                'e' or 'E' => ScreenWish.EndSession,
                'r' or 'R' => ScreenWish.Return,
                'p' or 'P' => ScreenWish.PowerOff,
                's' or 'S' => ScreenWish.Silence,
                _ => ScreenWish.None,
            };
            _isSecond = false;
            return (ScreenWish.None, false);
        }

        if ((char)key is not ('y' or 'Y'))
        {
            _asked = ScreenWish.None;
        }
        else if (_isSecond)
        {
            var confirmed = _asked;
            _asked = ScreenWish.None;
            return (confirmed, _isInUse);
        }

        (_isSecond, _isInUse) = (true, isInUse);
        return (ScreenWish.None, false);
    }

    /// <summary>Shows the outcome of an action for a while.</summary>
    public void Say(string outcome, DateTimeOffset now) => (_said, _until) = (outcome, now + s_patience);

    private void Forget(DateTimeOffset now)
    {
        if (now > _until)
        {
            (_asked, _said) = (ScreenWish.None, "");
        }
    }

    private string Question => (_asked, _isSecond, _isInUse) switch
    {
        (ScreenWish.Silence, false, _) => "Silence the beeps, or let them sound again?",
        (ScreenWish.EndSession, false, _) => "End the desktop's session?",
        (ScreenWish.Return, false, _) => "Return home?",
        (ScreenWish.PowerOff, false, _) => "Power off?",
        (ScreenWish.Silence, _, _) or (_, _, false) => "Really?",
        _ => "The desktop loses what it has not written. Really?",
    };
}

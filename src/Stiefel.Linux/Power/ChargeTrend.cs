namespace Stiefel.Linux.Power;

/// <summary>
/// Whether the batteries become emptier or fuller, by what they hold: labels of adapters and batteries are wrong on many machines (an adapter that is
/// always there, a battery that charges while it runs empty), and this is not.
/// </summary>
internal sealed class ChargeTrend
{
    // A gauge wavers by one; and by more when a load ends, which must not pass for a charger.
    private const int EnoughDown = 2;
    private const int EnoughUp = 4;

    // More than that at once is a gauge that corrected itself, or another battery.
    private const int Jump = 5;

    // A machine that does next to nothing loses two points in half an hour; one that is switched off, in weeks.
    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    private const int MostPoints = 128;

    // A percentage and when it was seen last, oldest first.
    private readonly List<(int Percent, TimeSpan At)> _points = [];

    /// <summary>Below 0 it falls, above 0 it rises, 0 is neither, or not known yet.</summary>
    public int Direction { get; private set; }

    /// <summary>Forgets all: what is seen from now on has another cause.</summary>
    public void Reset()
    {
        _points.Clear();
        Direction = 0;
    }

    public void Add(int percent, TimeSpan now)
    {
        if (_points is [.., var last] && Math.Abs(last.Percent - percent) > Jump)
        {
            Reset();
        }

        if (_points is [.., var same] && same.Percent == percent)
        {
            _points.RemoveAt(_points.Count - 1);
        }

        _points.Add((percent, now));
        _points.RemoveAll(point => now - point.At > s_window);
        if (_points.Count > MostPoints)
        {
            _points.RemoveAt(0);
        }

        // The later of the two tells.
        var higher = _points.FindLastIndex(point => point.Percent - percent >= EnoughDown);
        var lower = _points.FindLastIndex(point => percent - point.Percent >= EnoughUp);
        Direction = lower.CompareTo(higher);
    }
}

namespace Stiefel.Linux.Power;

/// <summary>
/// Tells from the charge whether the batteries are losing or gaining. The status reported for adapters and batteries is wrong on many machines (an adapter that is
/// always online, a battery that charges while it runs empty), but the trend of the charge is reliable.
/// </summary>
internal sealed class ChargeTrend
{
    // A gauge wavers by one point, and by more when a load ends, which must not be mistaken for a charger.
    private const int EnoughDown = 2;
    private const int EnoughUp = 4;

    // A larger step at once means that the gauge corrected itself, or the battery was exchanged.
    private const int Jump = 5;

    // An idle machine loses two points in half an hour; one that is switched off takes weeks.
    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    private const int MostPoints = 128;

    // Each percentage with the time it was last seen, oldest first.
    private readonly List<(int Percent, TimeSpan At)> _points = [];

    /// <summary>Below 0 if the charge falls, above 0 if it rises, 0 if neither or not yet known.</summary>
    public int Direction { get; private set; }

    /// <summary>Forgets all values, because later changes will have another cause.</summary>
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

        // If both a rise and a fall are in the window, the later one counts.
        var higher = _points.FindLastIndex(point => point.Percent - percent >= EnoughDown);
        var lower = _points.FindLastIndex(point => percent - point.Percent >= EnoughUp);
        Direction = lower.CompareTo(higher);
    }
}

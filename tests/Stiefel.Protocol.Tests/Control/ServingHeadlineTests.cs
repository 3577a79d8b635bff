using Stiefel.Protocol.Control;

namespace Stiefel.Protocol.Tests.Control;

public sealed class ServingHeadlineTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset s_held = s_start.AddMinutes(5);
    private static readonly SessionStatus s_session = new("6c47", "blue", "fe80::1", s_held);
    private static readonly ConnectionStatus s_connection = new("fe80::1:1", "session 6c47", 0, 0, 0, s_held);

    [Fact]
    public void Idle_Laptop_Waits() => Check(Status(), "waiting for a desktop", s_start, isAsUsual: true);

    [Fact]
    public void Connected_Desktop_IsNamedByItsKey() =>
        Check(Status() with { Disk = Held(), Sessions = [s_session], Connections = [s_connection] }, "serving blue", s_held, isAsUsual: true);

    /// <summary>A restarted server knows the grant but not the session.</summary>
    [Fact]
    public void Connected_DesktopOfAnEarlierServer_HasNoName() => Check(Status() with { Disk = Held(), Connections = [s_connection] }, "serving a desktop", s_held, isAsUsual: true);

    [Fact]
    public void Away_Desktop_IsToldWhatToDo()
    {
        var status = Status() with { Disk = Held(), Sessions = [s_session] };
        Check(status, "blue is away", s_held, isAsUsual: false);
        Assert.Contains("nothing is lost", ServingHeadline.Of(status).Next, StringComparison.Ordinal);
    }

    /// <summary>A desktop is away since its last connection ended, not since it was given the disk.</summary>
    [Fact]
    public void Away_Desktop_IsSoSinceItsConnectionWasLost()
    {
        var lost = s_held.AddMinutes(7);
        var machine = new MachineStatus("fe80::1", "lost", [new(s_start, "lost", ""), new(s_held, "connected", ""), new(lost, "lost", ""), new(lost.AddMinutes(1), "searching", "")]);
        Check(Status() with { Disk = Held(), Sessions = [s_session], Machines = [machine] }, "blue is away", lost, isAsUsual: false);
        Check(Status() with { Disk = Held(), Sessions = [s_session], Machines = [machine with { Events = [.. machine.Events.Take(1)] }] }, "blue is away", s_held, isAsUsual: false);
    }

    [Fact]
    public void Leaving_Laptop_SaysHow() => Check(
        Status() with { Disk = Held(), Connections = [s_connection], Return = new ReturnStatus(LeaveWords.Restart, 0, null, new LeavingStatus(LeaveWords.PowerOff, "asked", s_held)) },
        "the laptop switches itself off", s_held, isAsUsual: false);

    [Fact]
    public void Guests_Together_AreCounted() => Check(Status() with { Connections = [s_connection, s_connection] }, "serving 2 connections", s_held, isAsUsual: true);

    private static void Check(StatusDocument status, string title, DateTimeOffset since, bool isAsUsual)
    {
        var head = ServingHeadline.Of(status);
        Assert.Equal((title, (DateTimeOffset?)since, isAsUsual), (head.Title, head.Since, head.IsAsUsual));
    }

    private static StatusDocument Status() => new()
    {
        Laptop = "thinkpad", Version = "1", StartedAt = s_start, Disk = new DiskStatus("/dev/sda", false, DiskState.Idle, null, null), Sessions = [], Connections = [], Machines = [],
    };

    private static DiskStatus Held() => new("/dev/sda", false, DiskState.Granted, "6c47", s_held);
}

using Stiefel.Client.Rescue;
using Stiefel.CommandLine;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Client.Tests.Rescue;

/// <summary>`detach` on a system that only notes what is done to it.</summary>
public sealed class DetachTests
{
    private readonly List<string> _said = [];

    [Fact]
    public async Task Detach_DiskThatNobodyUses_ClaimsItSaysGoodbyeAndForgetsIt()
    {
        var system = new System();
        system.Words.Enqueue(new AgentWord(AgentState.Connected, ""));
        system.Words.Enqueue(new AgentWord(AgentState.Waiting, "no cable"));
        system.Words.Enqueue(new AgentWord(AgentState.Waiting, "no cable"));
        system.Words.Enqueue(new AgentWord(AgentState.Told, ""));
        await DetachAsync(system);
        Assert.Equal(["State", "look", "claim and flush nbd3", "Goodbye", "Goodbye", "Goodbye", "forget nbd3", "unclaim"], system.Done);
        Assert.Equal(["  waiting for the laptop: no cable; --force does not wait", "/dev/nbd3 is detached, and the laptop has its disk back"], _said);
    }

    /// <summary>To look at a disk that is away is to wait for it in the kernel.</summary>
    [Fact]
    public async Task Detach_WhileTheLaptopIsAway_TouchesTheDiskOnlyWhenItIsBack()
    {
        var system = new System();
        system.Words.Enqueue(new AgentWord(AgentState.Waiting, "no cable"));
        system.Words.Enqueue(new AgentWord(AgentState.Connected, ""));
        system.Words.Enqueue(new AgentWord(AgentState.Told, ""));
        await DetachAsync(system);
        Assert.Equal(["State", "State", "look", "claim and flush nbd3", "Goodbye", "forget nbd3", "unclaim"], system.Done);
        Assert.Equal("  waiting for the laptop: no cable; --force does not wait", _said[0]);
    }

    [Fact]
    public async Task Detach_DiskInUse_IsRefusedAndSaysByWhatAndChangesNothing()
    {
        var system = new System { Users = ["/dev/nbd3p2 is mounted on /mnt (ext4): unmount it", "dd (process 12) has it open"] };
        var refused = await Assert.ThrowsAsync<RefusedException>(() => DetachAsync(system));
        Assert.Equal("/dev/nbd3 is still in use and was not detached: /dev/nbd3p2 is mounted on /mnt (ext4): unmount it; dd (process 12) has it open", refused.Message);
        Assert.Equal(["State", "look"], system.Done);
    }

    [Fact]
    public async Task Detach_DiskInUseByWhatCannotBeSeen_IsRefused()
    {
        var system = new System { CanBeClaimed = false };
        var refused = await Assert.ThrowsAsync<RefusedException>(() => DetachAsync(system));
        Assert.Contains("cannot be seen from here", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["State", "look", "look"], system.Done);
    }

    [Fact]
    public async Task Detach_LaptopThatWillNotHearIt_DetachesAndSaysThatItDoesNotKnow()
    {
        var system = new System();
        system.Words.Enqueue(new AgentWord(AgentState.Connected, ""));
        system.Words.Enqueue(new AgentWord(AgentState.Lost, "another desktop has taken the disk over"));
        var failed = await Assert.ThrowsAsync<FailedException>(() => DetachAsync(system));
        Assert.Contains("another desktop has taken the disk over", failed.Message, StringComparison.Ordinal);
        Assert.Equal("forget nbd3", system.Done[^2]);
    }

    [Fact]
    public async Task Detach_AgentThatIsGone_DisconnectsTheDeviceItself()
    {
        var system = new System();
        await Assert.ThrowsAsync<FailedException>(() => DetachAsync(system));
        Assert.Equal(["State", "look", "claim and flush nbd3", "Goodbye", "disconnect nbd3", "forget nbd3", "unclaim"], system.Done);
    }

    [Fact]
    public async Task Detach_Forced_WaitsForNothing()
    {
        var system = new System();
        system.Words.Enqueue(new AgentWord(AgentState.Lost, "the laptop was not told"));
        await Assert.ThrowsAsync<FailedException>(() => DetachAsync(system, force: true));
        Assert.Equal(["claim nbd3", "Leave", "forget nbd3", "unclaim"], system.Done);
    }

    private Task DetachAsync(System system, bool force = false) =>
        new DetachSequence(system, _said.Add).RunAsync("nbd3", force, TestContext.Current.CancellationToken);

    private sealed class System : IDetachingSystem, IDisposable
    {
        public List<string> Done { get; } = [];

        public Queue<AgentWord> Words { get; } = [];

        public IReadOnlyList<string> Users { get; init; } = [];

        public bool CanBeClaimed { get; init; } = true;

        public IReadOnlyList<string> UsersOf(string device)
        {
            Done.Add("look");
            return Users;
        }

        public IDisposable? TryClaim(string device, bool flush)
        {
            if (!CanBeClaimed)
            {
                return null;
            }

            Done.Add($"claim {(flush ? "and flush " : "")}{device}");
            return this;
        }

        public AgentWord? Ask(AgentQuestion question)
        {
            Done.Add($"{question}");
            return Words.TryDequeue(out var word) ? word : null;
        }

        public void Disconnect(string device) => Done.Add($"disconnect {device}");

        public void Forget(string device) => Done.Add($"forget {device}");

        public void Dispose() => Done.Add("unclaim");
    }
}

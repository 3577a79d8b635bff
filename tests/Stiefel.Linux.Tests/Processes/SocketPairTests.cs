using System.Net.Sockets;
using Stiefel.Linux.Files;
using Stiefel.Linux.Processes;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

public sealed class SocketPairTests
{
    [Fact]
    public void Child_ThatIsKilled_IsSeenToEndWithoutAMessage()
    {
        var (ours, theirs) = SocketPair.Make();
        int child;
        using (ours)
        {
            using (theirs)
            using (var inherited = new InheritedDescriptor(theirs))
            {
                child = ChildProcess.Start("/bin/sleep", ["sleep", "60"]);
            }

            Assert.False(ours.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
            ChildProcess.Kill(child);
            Assert.Equal(137, ChildProcess.Wait(child));
            Assert.Equal(0, DescriptorMessage.Receive(ours, new byte[1], out _));
        }
    }

    /// <summary>A child that got the number of its end sends through it: what it inherits is the pair's end.</summary>
    [Fact]
    public void Child_TakesItsEndByItsNumber_AndIsHeard()
    {
        var (ours, theirs) = SocketPair.Make();
        using (ours)
        {
            int child;
            using (theirs)
            using (var inherited = new InheritedDescriptor(theirs))
            {
                child = ChildProcess.Start("/bin/bash", ["bash", "-c", $"printf heard >&{inherited.Number}"]);
            }

            var text = new byte[16];
            Assert.Equal(5, DescriptorMessage.Receive(ours, text, out var file));
            Assert.Null(file);
            Assert.Equal("heard"u8, text.AsSpan(0, 5));
            Assert.Equal(0, ChildProcess.Wait(child));
        }
    }

    [Fact]
    public void StartIn_DirectoryThatIsRenamedMeanwhile_StartsItsProgramThere()
    {
        var directory = Directory.CreateTempSubdirectory("stiefel-start-").FullName;
        File.Copy("/bin/sh", directory + "/shell");
        using (var opened = ReadOnlyFile.Open(directory))
        {
            Directory.Move(directory, directory + "-moved");
            Assert.Equal(7, ChildProcess.Wait(ChildProcess.StartIn(opened, "shell", ["@shell", "-c", "test -x shell && test \"$0\" = @shell && exit 7", "@shell"])));
        }

        Directory.Delete(directory + "-moved", recursive: true);
    }

    [Fact]
    public void SetName_OfAThread_IsWhatTheKernelShows()
    {
        string? shown = null;
        var thread = new Thread(() =>
        {
            RootStorageDaemon.SetName("stiefel-standby");
            shown = File.ReadAllText("/proc/thread-self/comm");
        });
        thread.Start();
        thread.Join();
        Assert.Equal("stiefel-standby\n", shown);
    }
}

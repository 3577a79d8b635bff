using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class NetworkNamespaceTests : IDisposable
{
    private const string Mac = "02:00:00:00:00:31";

    public NetworkNamespaceTests() => Ip($"link add nn0 address {Mac} type veth peer name nn1");

    // The kernel removes a pair some time after the namespace of one end has ended, so wait until its names are free for the next test.
    public void Dispose()
    {
        foreach (var left in Named("nn1"))
        {
            RouteNetlink.Remove(left.Index);
        }

        while (Named("nn0").Count + Named("nn1").Count > 0)
        {
            Thread.Yield();
        }
    }

    [Fact]
    public void Move_IntoANamespaceThatAThreadMade_IsThereUnderItsNameAndNotHere() => OnOwnThread(() =>
    {
        using var outside = NetworkNamespace.OfThisThread();
        NetworkNamespace.Leave();
        using var inside = NetworkNamespace.OfThisThread();
        Assert.Empty(Named("nn0"));

        outside.Run(() =>
        {
            RouteNetlink.Move(Assert.Single(Named("nn0")).Index, inside, "moved");
            return true;
        });

        Assert.Equal(Mac, Assert.Single(Named("moved")).Mac.ToString());
        Assert.Empty(outside.Run(() => Named("nn0")));
        outside.Enter();
        Assert.Single(Named("nn1"));
    });

    [Fact]
    public void Run_WorkThatFails_IsBackWhereItWas() => OnOwnThread(() =>
    {
        using var outside = NetworkNamespace.OfThisThread();
        NetworkNamespace.Leave();

        Assert.Throws<InvalidOperationException>(() => outside.Run<bool>(() => throw new InvalidOperationException()));

        Assert.Empty(Named("nn1"));
    });

    [Fact]
    public void Move_BridgeThatBelongsWhereItIs_IsRefused()
    {
        Ip("link add nnbridge type bridge");
        try
        {
            OnOwnThread(() =>
            {
                var bridge = Assert.Single(Named("nnbridge")).Index;
                using var outside = NetworkNamespace.OfThisThread();
                NetworkNamespace.Leave();
                using var inside = NetworkNamespace.OfThisThread();
                Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => outside.Run(() =>
                {
                    RouteNetlink.Move(bridge, inside, "moved");
                    return true;
                })).Errno);
            });
        }
        finally
        {
            Ip("link del nnbridge");
        }
    }

    [Fact]
    public void LinkArrivals_OpenedOutside_TellWhatAppearsThere() => OnOwnThread(() =>
    {
        using var arrivals = LinkArrivals.Open();
        Ip("link add nnlater address 02:00:00:00:00:32 type veth peer name nnpeer");
        try
        {
            while (arrivals.Next() is not { } links || links.All(link => link.Mac.ToString() != "02:00:00:00:00:32"))
            {
            }
        }
        finally
        {
            Ip("link del nnpeer");
        }
    });

    private static List<NetworkLink> Named(string name) => [.. RouteNetlink.ListLinks().Where(link => link.Name == name)];

    private static void OnOwnThread(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}

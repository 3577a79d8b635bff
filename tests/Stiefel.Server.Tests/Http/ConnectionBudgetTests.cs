using Microsoft.AspNetCore.Connections;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tests.Http;

/// <summary>Which connections are closed to make room for others.</summary>
public sealed class ConnectionBudgetTests
{
    // Wait, because a connection is closed on a separate thread.
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    private readonly ConnectionBudget _budget = new();

    [Fact]
    public void Strangers_MoreThanThereIsRoomFor_PushOutTheirOldestAndNobodyElse()
    {
        var (greeted, standing) = Begin();
        standing.Greet();
        var (proven, other) = Begin();
        other.Greet();
        other.Prove();
        var (oldest, _) = Begin();
        for (var i = 0; i < ConnectionBudget.MaxStrangers; i++)
        {
            Begin();
        }

        Assert.True(SpinWait.SpinUntil(() => IsClosed(oldest), s_limit));
        Assert.False(IsClosed(greeted));
        Assert.False(IsClosed(proven));
    }

    [Fact]
    public void Greeted_ByRecordedHellos_MakeRoomForEachOther()
    {
        var (proven, other) = Begin();
        other.Greet();
        other.Prove();
        var (oldest, standing) = Begin();
        standing.Greet();
        for (var i = 0; i < ConnectionBudget.MaxGreeted; i++)
        {
            Begin().Standing.Greet();
        }

        Assert.True(SpinWait.SpinUntil(() => IsClosed(oldest), s_limit));
        Assert.False(IsClosed(proven));
        standing.Greet(); // too late
        standing.Dispose();
    }

    private (ConnectionContext Connection, ConnectionStanding Standing) Begin()
    {
        var connection = new DefaultConnectionContext();
        return (connection, _budget.Begin(connection));
    }

    private static bool IsClosed(ConnectionContext connection) => connection.ConnectionClosed.IsCancellationRequested;
}

using System.Net.Sockets;
using JasperFx;
using Npgsql;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Store;

/// <summary>What a failed read or save means.</summary>
internal enum Trouble
{
    /// <summary>A defect: not ours to retry.</summary>
    Defect,
    /// <summary>Somebody else was faster: read again, decide again.</summary>
    Conflict,
    /// <summary>The connection broke or the server restarts: what was being saved may be stored or not.</summary>
    Lost,
    /// <summary>A constraint of an own table said no.</summary>
    Violation,
}

internal static class Troubles
{
    public static Trouble Classify(Exception thrown, StoreModel model, out ErrorDefinition? violated)
    {
        violated = null;
        for (var e = thrown; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case PostgresException { ConstraintName: { } constraint } when model.Violations.TryGetValue(constraint, out violated):
                    return Trouble.Violation;
                // Serialization failure, deadlock, lock not available, a stream that was only read has moved on.
                case PostgresException { SqlState: "40001" or "40P01" or "55P03" or Saver.StaleRead }:
                    return Trouble.Conflict;
                case PostgresException { SqlState: "23505", ConstraintName: { } name } when name == "inbox_pkey" || name.StartsWith("pkey_mt_", StringComparison.Ordinal) || name.StartsWith("pk_mt_", StringComparison.Ordinal):
                    return Trouble.Conflict;
                // Shut down, crashed, starting up, too many connections, connection exceptions.
                case PostgresException { SqlState: ['5', '7', 'P', ..] or ['0', '8', ..] or "53300" }:
                    return Trouble.Lost;
                case PostgresException:
                    return Trouble.Defect;
                case ConcurrencyException or Marten.Exceptions.ExistingStreamIdCollisionException or Marten.Exceptions.NonExistentStreamException:
                    return Trouble.Conflict;
                case NpgsqlException or SocketException or IOException or TimeoutException:
                    return Trouble.Lost;
            }
        }

        return Trouble.Defect;
    }
}

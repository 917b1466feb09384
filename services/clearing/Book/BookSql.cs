namespace Yibao.Clearing.Book;

/// <summary>The book's tables. Rows are only ever added, or replaced by a higher version; a voided one moves to a table of its own.</summary>
internal static class BookSql
{
    /// <param name="at">Schema with its dot, or nothing where the connection looks in the service's own.</param>
    public static string Tables(string at) => $"""
        create table if not exists {at}book_day (
            day date primary key,
            cut_at timestamptz null);
        create table if not exists {at}book_cut (
            day date not null, child char(6) not null,
            count bigint not null, total_fen bigint not null, fund_fen bigint not null, cash_fen bigint not null, root bytea not null,
            primary key (day, child));
        create table if not exists {at}book (
            settlement_id text not null, role smallint not null, version int not null,
            original_id text null, treatment_area char(6) not null, home_area char(6) not null,
            down_treatment char(6) null, down_home char(6) null, upward boolean not null,
            institution text not null, person text not null, insutype smallint not null,
            business_date date not null, batch date not null, up_batch date not null,
            total_fen bigint not null, fund_fen bigint not null, cash_fen bigint not null, hospital_fen bigint not null,
            funds bigint[] not null, content_hash bytea not null, content jsonb not null,
            decided_at timestamptz not null, booked_at timestamptz not null,
            primary key (settlement_id, role),
            -- identity 2 (SET-010): a book that does not add up takes nothing in
            constraint book_adds_up check (total_fen = fund_fen + cash_fen + hospital_fen));
        alter table {at}book alter column content set statistics 0;
        create index if not exists book_batch on {at}book (batch);
        create index if not exists book_up_batch on {at}book (up_batch) where upward;
        create index if not exists book_moved on {at}book (business_date) where batch <> business_date;
        create index if not exists book_institution on {at}book (institution, business_date) where role = 0;
        create table if not exists {at}book_conflict (
            settlement_id text not null, role smallint not null, version int not null, content_hash bytea not null,
            content jsonb not null, seen_at timestamptz not null,
            primary key (settlement_id, role, version, content_hash));
        create table if not exists {at}book_voided (
            settlement_id text not null, role smallint not null, version int not null, content jsonb not null, batch date not null, voided_at timestamptz not null,
            primary key (settlement_id, role, version));
        create table if not exists {at}book_verdict (
            direction smallint not null, neighbour char(6) not null, day date not null, judged_at timestamptz not null,
            primary key (direction, neighbour, day));
        create table if not exists {at}book_held (
            direction smallint not null, neighbour char(6) not null, day date not null, settlement_id text null, home_area char(6) null, area char(6) null);
        create index if not exists book_held_day on {at}book_held (direction, neighbour, day);
        """;

    public const string Columns = "role, version, content, decided_at, down_treatment, down_home, upward, batch, up_batch, booked_at, total_fen, fund_fen, cash_fen, content_hash, business_date, settlement_id";

    /// <summary>Takes what is new; answers every row that stood already, with its version and hash.</summary>
    public static string Insert(string at) => $"""
        insert into {at}book (
            settlement_id, role, version, original_id, treatment_area, home_area, down_treatment, down_home, upward,
            institution, person, insutype, business_date, batch, up_batch,
            total_fen, fund_fen, cash_fen, hospital_fen, funds, content_hash, content, decided_at, booked_at)
        select i.settlement_id, i.role, i.version, i.original_id, i.treatment_area, i.home_area, i.down_treatment, i.down_home, i.upward,
            i.institution, i.person, i.insutype, i.business_date,
            -- two roles of one settlement share the batch of the first
            coalesce((select b.batch from {at}book b where b.settlement_id = i.settlement_id limit 1), i.batch), i.business_date,
            i.total_fen, i.fund_fen, i.cash_fen, i.hospital_fen, string_to_array(i.funds, ',')::bigint[], i.content_hash, i.content::jsonb, i.decided_at, @now
        from unnest(@id, @role, @version, @original, @treatment, @home, @down_treatment, @down_home, @upward,
            @institution, @person, @insutype, @date, @batch,
            @total, @fund, @cash, @hospital, @funds, @hash, @content, @decided)
          as i(settlement_id, role, version, original_id, treatment_area, home_area, down_treatment, down_home, upward,
            institution, person, insutype, business_date, batch,
            total_fen, fund_fen, cash_fen, hospital_fen, funds, content_hash, content, decided_at)
        on conflict (settlement_id, role) do nothing
        returning settlement_id, role
        """;

    /// <summary>A repaired outcome replaces what stood, column by column; the batch never changes.</summary>
    public static string Correct(string at) => $"""
        update {at}book b set
            version = i.version, original_id = i.original_id, treatment_area = i.treatment_area, home_area = i.home_area,
            institution = i.institution, person = i.person, insutype = i.insutype, business_date = i.business_date,
            total_fen = i.total_fen, fund_fen = i.fund_fen, cash_fen = i.cash_fen, hospital_fen = i.hospital_fen,
            funds = string_to_array(i.funds, ',')::bigint[], content_hash = i.content_hash, content = i.content::jsonb, decided_at = i.decided_at
        from unnest(@id, @role, @version, @original, @treatment, @home, @institution, @person, @insutype, @date,
            @total, @fund, @cash, @hospital, @funds, @hash, @content, @decided)
          as i(settlement_id, role, version, original_id, treatment_area, home_area, institution, person, insutype, business_date,
            total_fen, fund_fen, cash_fen, hospital_fen, funds, content_hash, content, decided_at)
        where b.settlement_id = i.settlement_id and b.role = i.role and b.version < i.version
        returning b.settlement_id, b.role
        """;

    /// <summary>Home speaks for a node that plays several roles, then the relay.</summary>
    public static string Leading(string at, string alias) =>
        $"not exists (select 1 from {at}book higher where higher.settlement_id = {alias}.settlement_id and higher.role > {alias}.role)";

    /// <summary>Whether a treatment row's day was judged and the row is not held.</summary>
    public static string Reconciled(string at) => $"""
        exists (select 1 from {at}book_verdict v
            where v.direction = case when b.upward then 2 when b.down_home is not null then 1 else 0 end
              and v.day = case when b.upward then b.up_batch else b.batch end
              and (b.upward or b.down_home is null or v.neighbour = b.down_home)
              and not exists (select 1 from {at}book_held h
                where h.direction = v.direction and h.neighbour = v.neighbour and h.day = v.day
                  and (h.settlement_id = b.settlement_id or h.area = b.home_area)))
        """;
}
